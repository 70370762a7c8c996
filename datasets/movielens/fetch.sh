#!/usr/bin/env bash
# Gets MovieLens 100K from GroupLens, whose terms forbid to pass it on: https://grouplens.org/datasets/movielens/100k/
#
#     datasets/movielens/fetch.sh                # downloads it
#     datasets/movielens/fetch.sh ml-100k.zip    # from that file, which you already have
#
# The ratings are compared with the SHA-256 in dataset.toml and only then put in place.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
page=https://files.grouplens.org/datasets/movielens
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if [ $# -gt 0 ]; then
    cp "$1" "$folder/ml-100k.zip"
else
    curl --fail --location --silent --show-error --output "$folder/ml-100k.zip" "$page/ml-100k.zip"
fi
python3 -m zipfile -e "$folder/ml-100k.zip" "$folder"
expected=$(sed -n 's/^sha256 = "\(.*\)"/\1/p' "$here/dataset.toml")
found=$(sha256sum "$folder/ml-100k/u.data" | cut -d ' ' -f 1)
if [ "$found" != "$expected" ]; then
    echo "u.data has the SHA-256 $found, not that in dataset.toml" >&2
    exit 1
fi
rm -rf "$here/ml-100k"
mv "$folder/ml-100k" "$here/ml-100k"
echo "MovieLens 100K is in $here/ml-100k"
