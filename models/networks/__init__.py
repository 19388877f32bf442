"""Networks behind one interface: frames in, class logits out."""
