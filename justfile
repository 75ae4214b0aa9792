# What is done often. `just` alone lists it.

_default:
    @just --list --unsorted

# Start the server on this machine, with its data in ./data.
dev *flags:
    cargo run --package mission-control-server -- {{ flags }}

# Format everything.
fmt:
    cargo fmt --all

# Check the rules of the house: sizes, arrows, names, words.
tidy:
    cargo test --workspace --test tidy

# Run every test, acceptance included.
test:
    cargo build --workspace --bins
    cargo test --workspace

# All that must hold, without the release build.
quick:
    tests/run quick

# Exactly what CI runs.
ci:
    .ci/run
