"""What comes out: documents, pages and the folder that holds them."""
