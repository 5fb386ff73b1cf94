#!/bin/sh
# Starts Mosquitto with the dynamic security plugin. At the first start it makes the plugin's file: Caravan's own user, which has
# everything and makes all others, and one for the health check. Passwords come from the secrets and are hashed in place, so that
# none is on a command line. Later the file is the broker's: change Caravan's password there with `mosquitto_ctrl dynsec`
# (docs/security.md).
set -eu
umask 077
config=$(cd "$(dirname "$0")" && pwd)
secrets=${CARAVAN_SECRETS:-/run/secrets}
run=${CARAVAN_MOSQUITTO_RUN:-/run/mosquitto}
data=${CARAVAN_MOSQUITTO_DATA:-/mosquitto/data}
plugin=${CARAVAN_MOSQUITTO_PLUGIN:-$(find /usr/lib -name mosquitto_dynamic_security.so 2>/dev/null | head -n 1)}

if [ ! -f "$data/dynamic-security.json" ]; then
    head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' > "$data/health-password"
    printf 'caravan:%s\nhealth:%s\n' "$(cat "$secrets/mqtt_password")" "$(cat "$data/health-password")" > "$run/passwd"
    mosquitto_passwd -U "$run/passwd"
    # name:$7$iterations$salt$hash
    awk -F'[:$]' '
        BEGIN {
            printf "{\"defaultACLAccess\":{\"publishClientSend\":false,\"publishClientReceive\":false,\"subscribe\":false,\"unsubscribe\":true},\"clients\":["
        }
        {
            printf "%s{\"username\":\"%s\",\"roles\":[{\"rolename\":\"%s\"}],\"iterations\":%s,\"salt\":\"%s\",\"password\":\"%s\"}", sep, $1, $1, $4, $5, $6
            sep = ","
        }
        function acl(type, topic) {
            return "{\"acltype\":\"" type "\",\"topic\":\"" topic "\",\"priority\":0,\"allow\":true}"
        }
        END {
            printf "],\"roles\":[{\"rolename\":\"caravan\",\"acls\":[%s,%s,%s,%s,%s,%s]},", \
                acl("publishClientSend", "$CONTROL/dynamic-security/#"), acl("publishClientSend", "#"), \
                acl("publishClientReceive", "$CONTROL/dynamic-security/#"), acl("publishClientReceive", "$SYS/#"), \
                acl("publishClientReceive", "#"), acl("subscribePattern", "#")
            printf "{\"rolename\":\"health\",\"acls\":[%s,%s]}]}\n", \
                acl("publishClientReceive", "$SYS/broker/version"), acl("subscribePattern", "$SYS/broker/version")
        }' "$run/passwd" > "$data/dynamic-security.json.new"
    mv "$data/dynamic-security.json.new" "$data/dynamic-security.json"
    rm "$run/passwd"
fi
# where mosquitto_sub of the health check finds its user (XDG_CONFIG_HOME)
printf -- '-u health\n-P %s\n' "$(cat "$data/health-password")" > "$run/mosquitto_sub"
sed -e "s|@plugin@|$plugin|" -e "s|@data@|$data|" -e "s|@port@|${CARAVAN_MOSQUITTO_PORT:-1883}|" "$config/mosquitto.conf" > "$run/mosquitto.conf"
# as root it would become another user, who may not read what is here
[ "$(id -u)" -ne 0 ] || echo "user root" >> "$run/mosquitto.conf"
exec mosquitto -c "$run/mosquitto.conf"
