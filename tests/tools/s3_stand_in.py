"""A stand-in for S3, with one empty bucket. It ends when its standard input closes.

Usage: s3_stand_in.py BUCKET PORT (0: any). Prints the port it listens on.
"""

import sys
import threading

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

bucket, port = sys.argv[1], int(sys.argv[2])
app = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", port, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{server.server_port}",
    region_name="us-east-1",
    aws_access_key_id="key",
    aws_secret_access_key="secret",
).create_bucket(Bucket=bucket)
print(server.server_port, flush=True)
sys.stdin.read()
server.shutdown()
