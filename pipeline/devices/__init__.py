"""A pushed model as a file for small devices, compared with the model that it was made from."""
