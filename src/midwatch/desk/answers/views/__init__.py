"""Views: the lists, sending, reviewing, bringing files; and the vendor's pages behind a link."""
