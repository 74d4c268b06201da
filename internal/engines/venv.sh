#!/bin/sh
# Makes the Python environment of the engine tests, once, in the user's cache directory, and prints the path of its interpreter.
# Beside the packages it has, in jars/, what Spark needs; that is fetched by mvn, and Spark itself runs on Java 17.
# The directory is named after the requirements: other requirements, another environment.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-}
if [ -z "$cache" ]; then
	case $(uname -s) in
	Darwin) cache=$HOME/Library/Caches ;;
	*) cache=$HOME/.cache ;;
	esac
fi
venv=$cache/tablectl/engines-$(cat "$here/requirements.txt" "$here/jars.txt" | cksum | cut -d' ' -f1)
if [ ! -e "$venv/complete" ]; then
	mkdir -p "$cache/tablectl"
	new=$(mktemp -d "$venv.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	python3 -m venv "$new" >&2
	"$new/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2
	sed '/^#/d' "$here/jars.txt" | while read -r jar; do
		mvn --batch-mode --quiet dependency:copy -Dartifact="$jar" -DoutputDirectory="$new/jars" </dev/null >&2
	done
	: >"$new/complete"
	# Two that make it at once: the slower one's rename finds the other's directory there, and its own is thrown away.
	[ -e "$venv/complete" ] || { rm -rf "$venv" && mv "$new" "$venv"; }
fi
echo "$venv/bin/python"
