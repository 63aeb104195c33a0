# The two programs, static, and nothing else:
#
#   docker build -t networkmngr .
#   docker run --rm --name lab -p 127.0.0.1:4999-5005:4999-5005 networkmngr
#   docker exec lab /networkmngr mine
#   docker stop lab
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY internal internal
RUN mkdir -p /out/data && CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/ ./cmd/...

FROM scratch
COPY --from=build /out/networkmngr /out/node /
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
# Published ports lead to the container's own address. What acts needs the token that the
# manager makes, which commands in the container find in /data/logs.
ENV NETWORKMNGR_HOST=0.0.0.0 TMPDIR=/data
EXPOSE 4999-5005
ENTRYPOINT ["/networkmngr"]
