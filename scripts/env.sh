# Sourced by the other scripts: moves to the checkout and makes its virtual environment when it is missing or
# stale. READERSHIP_LOCK names another lock, PYTHON another interpreter (3.11 or newer).
cd "$(dirname "${BASH_SOURCE[0]}")/.."
lock=${READERSHIP_LOCK:-requirements/dev.lock}
python=${PYTHON:-python3}
venv=.venv
[ "$lock" = requirements/dev.lock ] || venv=.venv-$(basename "$lock" | cut -d. -f1)

if ! "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer with its venv module is needed: install it, or name one in PYTHON." >&2
    exit 1
fi
lock_stamp=$(("$python" --version && pwd && cat "$lock") | sha256sum)
if [ "$(cat "$venv/lock.stamp" 2>/dev/null)" != "$lock_stamp" ]; then
    echo "Making $venv from $lock; this takes a minute." >&2
    "$python" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$lock"
    echo "$lock_stamp" >"$venv/lock.stamp"
fi
project_stamp=$(sha256sum <pyproject.toml)
if [ "$(cat "$venv/project.stamp" 2>/dev/null)" != "$project_stamp" ]; then
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    echo "$project_stamp" >"$venv/project.stamp"
fi
export PATH="$PWD/$venv/bin:$PATH"
