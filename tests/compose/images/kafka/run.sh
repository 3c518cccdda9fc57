#!/bin/sh
# KAFKA_* into a file and the folder formatted once, both by the image's own wrapper class; then the broker.
set -eu
export CLUSTER_ID="${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}"
touch /etc/kafka/docker/server.properties /etc/kafka/docker/log4j2.yaml /etc/kafka/docker/tools-log4j2.yaml
said=$(java -cp '/opt/kafka/libs/*' kafka.docker.KafkaDockerWrapper setup --default-configs-dir /etc/kafka/docker \
    --mounted-configs-dir /mnt/shared/config --final-configs-dir /etc/kafka 2>&1) ||
    echo "$said" | grep -i "already formatted" || { echo "$said"; exit 1; }
# shellcheck disable=SC2086 # the options are several words
exec java ${KAFKA_HEAP_OPTS:-} -Dlog4j2.configurationFile=/opt/kafka/log4j2.properties -cp '/opt/kafka/libs/*' \
    kafka.Kafka /etc/kafka/server.properties
