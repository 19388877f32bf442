"""Videos and annotations to tf.Examples and a ledger of everything that was left out."""
