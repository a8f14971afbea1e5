"""Receives bytes from files and the network and stores them; does not parse."""
