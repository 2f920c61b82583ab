#!/bin/sh
# Serves a folder of layouts as a registry, pushes to it, and ends it: serve.sh FOLDER

# ANCHOR: serve
set -eu
folder=$1
ocigraph serve "oci:$folder" --listen 127.0.0.1:0 > served &
server=$!
trap 'kill "$server"; wait "$server"' EXIT
until host=$(sed -n 's/^listening on //p' served) && [ -n "$host" ]; do
    kill -0 "$server"
    sleep 0.1
done
ocigraph push "$host/team/app:v1" --artifact-type app/example
ocigraph tags "$host/team/app"
# ANCHOR_END: serve
