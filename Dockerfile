# A server in one file: `docker build -t hob .`, then
# `docker run -p 8080:8080 -v "$PWD/runs:/models:ro" hob serve churn=/models/churn --addr 0.0.0.0:8080`
FROM rust:1-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends musl-tools && rm -rf /var/lib/apt/lists/*
RUN rustup target add x86_64-unknown-linux-musl
WORKDIR /hob
COPY . .
RUN cargo build --release --locked --target x86_64-unknown-linux-musl

# Nothing but the program: no shell, no package manager, no root.
FROM scratch
COPY --from=build /hob/target/x86_64-unknown-linux-musl/release/hob /hob
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/hob"]
CMD ["--help"]
