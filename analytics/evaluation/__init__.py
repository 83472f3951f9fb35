"""How well lists foretell what is read next: replay, metrics, calibration."""
