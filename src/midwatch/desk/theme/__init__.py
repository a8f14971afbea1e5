"""What all pages share: layout, style, words for times and amounts, and a little script."""
