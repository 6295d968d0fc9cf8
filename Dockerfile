# mho as a container: docker build -t mho . && docker run --rm -v "$PWD:/work" -w /work mho search configs/quickstart.toml
FROM debian:12 AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      cmake ninja-build g++ libeigen3-dev libtbb-dev libboost-graph-dev libtomlplusplus-dev libcli11-dev \
      nlohmann-json3-dev libfmt-dev zlib1g-dev liblzma-dev libsndfile1-dev libpng-dev libjpeg-dev python3-dev python3-venv
COPY . /mho
RUN python3 -m venv /opt/mho && /opt/mho/bin/pip install --no-cache-dir "/mho[digits,optuna,import]"

FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends libtbb12 libfmt9 zlib1g liblzma5 \
      libsndfile1 libpng16-16 libjpeg62-turbo python3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/mho /opt/mho
ENV PATH=/opt/mho/bin:$PATH
ENTRYPOINT ["mho"]
