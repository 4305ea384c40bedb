"""The public page at a code's URL, and counting its scans."""
