# `just check` is what CI runs.

check:
    bash .ci/run

run:
    cargo run

test filter="":
    cargo test --test app {{filter}}
