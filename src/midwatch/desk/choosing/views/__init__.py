"""The pages: choices, data that vendors hold, service facts."""
