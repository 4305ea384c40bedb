"""`manage.py bucket_cors`: lets browsers post files to the bucket from the portal's pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from portal.management.own_command import OwnCommand
from portal.storage.base import storage
from portal.storage.s3 import BucketStorage


class Command(OwnCommand):
    help = "Replaces the CORS rules of S3_BUCKET by one: pages of the portal may post files to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--origin",
            action="append",
            metavar="URL",
            help="where people open the portal, like https://codeport.example.com; may be repeated; by default that of"
            " PUBLIC_URL",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bucket = storage()
        if not isinstance(bucket, BucketStorage):
            raise CommandError("Files are kept below CODEPORT_HOME; name a bucket with S3_BUCKET first.")
        origins = options["origin"] or ["{0.scheme}://{0.netloc}".format(urlsplit(settings.PUBLIC_URL))]
        for origin in origins:
            if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?", origin):
                raise CommandError(f"--origin must look like https://codeport.example.com, not {origin}.")
        try:
            bucket.allow_posts_from(origins)
        except (ClientError, BotoCoreError) as error:
            raise CommandError(f"The bucket did not take the rules: {error}") from error
        self.stdout.write(f"Browsers may post files to {bucket.bucket_name} from {', '.join(origins)}.")
