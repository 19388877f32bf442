"""`clipgate review`: clips, what checks found of them and what a model took them for, looked at and decided in a browser."""
