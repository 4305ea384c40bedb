"""The parts around every view: middleware, error pages, health checks and the web server."""
