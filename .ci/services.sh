# Functions that install packages and start servers of our own on 127.0.0.1, each in a temporary folder.
# Sourced by .ci/run and .ci/check-services. Every server is ended by its own process id.

SERVICES_DIR=""
SERVICE_STOPS=()

install_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  # An npm that does not come from Debian serves as well.
  if command -v npm >/dev/null 2>&1; then missing=("${missing[@]/#npm/}"); fi
  missing=($(printf '%s\n' "${missing[@]}" | grep -v '^$' || true))
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  echo "Installing: ${missing[*]}"
  $sudo apt-get update -qq
  # The servers' own start at installation is not wanted: we start ours.
  DEBIAN_FRONTEND=noninteractive $sudo -E apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

install_axe() {
  [ -f tests/browser/package.json ] || return 0
  (cd tests/browser && npm install --no-audit --no-fund --no-package-lock --silent)
}

services_dir() {
  if [ -z "$SERVICES_DIR" ]; then
    SERVICES_DIR=$(mktemp -d)
    chmod 755 "$SERVICES_DIR"
  fi
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for_port() { # port, seconds
  python3 - "$1" "$2" <<'PY'
import socket, sys, time
port, end = int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            sys.exit(0)
    time.sleep(0.2)
sys.exit(f"nothing answers on 127.0.0.1:{port}")
PY
}

start_postgresql() {
  services_dir
  local bin port data="$SERVICES_DIR/postgresql"
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
  port=$(free_port)
  mkdir -p "$data" && chown postgres "$data" 2>/dev/null || true
  local as=(env)
  [ "$(id -u)" -eq 0 ] && as=(runuser -u postgres --)
  (cd "$SERVICES_DIR" && "${as[@]}" "$bin/initdb" -D "$data/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null)
  (cd "$SERVICES_DIR" && "${as[@]}" "$bin/pg_ctl" -D "$data/data" -w -s -l "$data/log" \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$data -c max_connections=200 -c shared_buffers=256MB" start)
  SERVICE_STOPS+=("kill -INT $(head -1 "$data/data/postmaster.pid")")
  for store in identity payments keys audit; do
    "$bin/createdb" -h 127.0.0.1 -p "$port" -U postgres "varuh_$store"
    export "VARUH_${store^^}_DATABASE_URL=postgresql://postgres@127.0.0.1:$port/varuh_$store"
  done
}

start_redis() {
  services_dir
  local port
  port=$(free_port)
  redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly no --dir "$SERVICES_DIR" \
    --logfile "$SERVICES_DIR/redis.log" >/dev/null &
  SERVICE_STOPS+=("kill $!")
  wait_for_port "$port" 20
  export VARUH_TEST_REDIS_URL="redis://127.0.0.1:$port/0"
}

start_rabbitmq() {
  services_dir
  local port dist home="$SERVICES_DIR/rabbitmq"
  port=$(free_port)
  dist=$(free_port)
  mkdir -p "$home"
  # A configuration of our own, so that an installed one (and its port) does not count.
  echo "listeners.tcp.local = 127.0.0.1:$port" >"$home/rabbitmq.conf"
  echo 'ERL_EPMD_ADDRESS=127.0.0.1' >"$home/env.conf"
  [ "$(id -u)" -eq 0 ] && chown -R rabbitmq "$home"
  local as=(env)
  [ "$(id -u)" -eq 0 ] && as=(runuser -u rabbitmq -- env)
  (cd "$home" && "${as[@]}" HOME="$home" RABBITMQ_NODENAME="varuh-ci-$port@localhost" \
    RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" RABBITMQ_CONF_ENV_FILE="$home/env.conf" RABBITMQ_DIST_PORT="$dist" RABBITMQ_MNESIA_BASE="$home" RABBITMQ_LOG_BASE="$home" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$home/plugins" RABBITMQ_PID_FILE="$home/pid" \
    /usr/lib/rabbitmq/bin/rabbitmq-server >"$home/out" 2>&1) &
  wait_for_port "$port" 60
  SERVICE_STOPS+=("kill $(cat "$home/pid")")
  export VARUH_TEST_RABBITMQ_URL="amqp://guest:guest@127.0.0.1:$port//"
}

stop_services() {
  local stop
  for stop in "${SERVICE_STOPS[@]}"; do $stop 2>/dev/null || true; done
  sleep 1
  [ -n "$SERVICES_DIR" ] && rm -rf "$SERVICES_DIR" 2>/dev/null || true
}
