# One image for application, worker and the development chain node.
FROM python:3.13-slim
WORKDIR /opt/hocba
COPY requirements/runtime.lock requirements/runtime.lock
RUN python -m pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/runtime.lock
COPY contracts contracts
COPY verifier verifier
COPY ledger ledger
COPY signing signing
COPY hocba hocba
ENV PYTHONPATH=/opt/hocba PYTHONUNBUFFERED=1 HOCBA_HOME=/var/lib/hocba
RUN useradd --system --uid 10001 --home-dir /var/lib/hocba --create-home hocba
USER 10001
VOLUME /var/lib/hocba
ENTRYPOINT ["python", "-m", "hocba.cli"]
CMD ["serve"]
