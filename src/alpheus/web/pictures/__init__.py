"""Pictures of pages: SVG made on the server, in the page itself, so that it follows the theme."""
