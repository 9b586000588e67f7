"""`make demo`: from nothing to an explained ranking, made the way a real one is."""
