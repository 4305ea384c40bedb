"""What happens to each request and answer, whatever the page or call."""
