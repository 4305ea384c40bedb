"""Files on this machine's disk or in S3 storage, the signed upload form, and downloads."""
