# The default wheels of torch on Linux bring CUDA along: run with `--gpus all` to use a GPU, without it on the CPU.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    HF_HOME=/data/hub \
    DIALOGPAINT_DATA_DIR=/data \
    DIALOGPAINT_WEB__HOST=0.0.0.0

RUN useradd --create-home --uid 1000 dialogpaint \
    && install -d -o dialogpaint -g dialogpaint /data

WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE config.toml ./
COPY bot bot
COPY engine engine
COPY adapters adapters
RUN pip install -c constraints.txt .

USER dialogpaint
# The database, the pictures and the cache of downloaded weights.
VOLUME /data
EXPOSE 8080
# The admin port; it answers whether or not the web chat is on.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9464/healthz', timeout=4)"]

CMD ["dialogpaint", "run", "--config", "config.toml"]
