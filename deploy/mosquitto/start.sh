#!/bin/sh
# Makes the password file from the secrets, hashed in place so that no password is on a command line, and starts.
set -eu
umask 077
printf 'caravan:%s\ndevice:%s\n' \
    "$(cat /run/secrets/mqtt_password)" "$(cat /run/secrets/mqtt_device_password)" > /run/mosquitto/passwd
mosquitto_passwd -U /run/mosquitto/passwd
exec mosquitto -c /mosquitto/config/mosquitto.conf
