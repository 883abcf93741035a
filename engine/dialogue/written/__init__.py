"""The library of hand-written dialogues (paper section 3.1.1): text files, and what reads them."""
