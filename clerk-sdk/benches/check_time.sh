#!/usr/bin/env bash
# Measures what the generated client costs whoever builds it: the CPU time of `cargo check` of clerk-sdk with all
# operations, generation included, and of what progenitor generates from the same document, one after the other.
# Dependencies are built before the clock starts. Fails where clerk-sdk takes more than 8 s or more than a fifth.
#
#   clerk-sdk/benches/check_time.sh [scratch folder]
set -euo pipefail
cd "$(dirname "$0")/../.."

scratch=${1:-$(mktemp -d)}
mkdir -p "$scratch/baseline/src"
limit=8
# Both from scratch: what an earlier run has left behind would make the second one look cheap.
export CARGO_INCREMENTAL=0
TIMEFORMAT='%U %S'

# The CPU seconds, user and system together, of a command and all that it starts.
cpu() {
    local times
    times=$({ time "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }; } 2>&1 | tail -n 1)
    awk '{ printf "%.2f", $1 + $2 }' <<<"$times"
}

echo "Building the dependencies of both ..."
cargo check --quiet -p clerk-sdk
cat >"$scratch/baseline/Cargo.toml" <<'TOML'
[package]
name = "baseline"
version = "0.0.0"
edition = "2024"

[dependencies]
chrono = { version = "0.4", features = ["serde"] }
progenitor-client = "0.15.1"
regress = "0.12"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"

[workspace]
TOML
touch "$scratch/baseline/src/lib.rs"
: >"$scratch/baseline/src/lib.rs"
cargo check --quiet --manifest-path "$scratch/baseline/Cargo.toml"
cargo run --quiet -p clerk-codegen --example progenitor_output -- "$scratch/baseline/src" builder

touch clerk-sdk/build.rs clerk-sdk/src/lib.rs
ours=$(cpu cargo check -p clerk-sdk)
baseline=$(cpu cargo check --manifest-path "$scratch/baseline/Cargo.toml")

awk -v ours="$ours" -v baseline="$baseline" -v limit="$limit" 'BEGIN {
    printf "clerk-sdk             %8.2f s of CPU (at most %d)\n", ours, limit
    printf "progenitor (builder)  %8.2f s of CPU\n", baseline
    printf "ratio                 %8.3f          (at most 0.200)\n", ours / baseline
    exit !(ours <= limit && ours / baseline <= 0.2)
}'
