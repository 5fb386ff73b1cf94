#!/bin/sh
# Makes the password file from the secrets, hashed in place so that no password is on a command line, and starts. The health
# check has a password of its own, made here and known in this container only, where mosquitto_sub finds it (XDG_CONFIG_HOME).
set -eu
umask 077
health=$(head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
printf 'caravan:%s\ndevice:%s\nhealth:%s\n' \
    "$(cat /run/secrets/mqtt_password)" "$(cat /run/secrets/mqtt_device_password)" "$health" > /run/mosquitto/passwd
mosquitto_passwd -U /run/mosquitto/passwd
printf -- '-u health\n-P %s\n' "$health" > /run/mosquitto/mosquitto_sub
exec mosquitto -c /mosquitto/config/mosquitto.conf
