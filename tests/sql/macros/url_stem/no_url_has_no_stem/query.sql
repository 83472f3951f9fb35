select url_stem(null, 'p') as stem
