package io.caravan.mosquitto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.MqttUser;
import io.caravan.tenant.MqttUsers;
import io.caravan.tenant.TopicRights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the clients and roles of Mosquitto's dynamic security plugin to what the database says: a client and a role of the same
 * name for each user. Of clients and roles that others have made it touches none. The broker has to be told passwords, so users are
 * left out whose password Caravan's key does not make. Thread-safe.
 */
public final class DynamicSecurity {

    private static final Logger LOG = LoggerFactory.getLogger(DynamicSecurity.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** By which clients and roles are known to be ours. */
    private static final String MARK = "caravan";

    private static final String ROLE = "caravan-user-";

    /** How many users are written by one message. */
    private static final int BATCH = 50;

    private final Control control;
    private final MqttUsers users;
    private final Credentials credentials;
    private int told;

    /** @param credentials have the key that passwords were made with */
    public DynamicSecurity(Control control, MqttUsers users, Credentials credentials) {
        this.control = control;
        this.users = users;
        this.credentials = credentials;
    }

    /** Takes the rows of {@code select-mqtt-users.sql}, and those of {@code select-topic-owners.sql}. */
    public void take(
            @Body List<Map<String, Object>> rows, @ExchangeProperty("topics") List<Map<String, Object>> topics) {
        users.take(rows.stream().map(MqttUser::of).toList(), topics);
    }

    /**
     * Asks the broker what it has, and says what is to be changed.
     *
     * @return lists of commands, each to be sent at once; those that take something away come first
     */
    public List<List<ObjectNode>> plan() throws IOException {
        Map<String, JsonNode> clients = named("listClients", "clients", "username");
        Map<String, JsonNode> roles = named("listRoles", "roles", "rolename");
        List<ObjectNode> commands = new ArrayList<>();
        List<ObjectNode> later = new ArrayList<>();
        Set<String> wanted = new TreeSet<>();
        Map<String, MqttUser> sorted = new TreeMap<>();
        users.all().forEach(user -> sorted.put(user.name(), user));
        int unknown = 0;
        for (MqttUser user : sorted.values()) {
            String password = user.enabled() ? credentials.recover(user.salt(), user.passwordSha256()) : null;
            unknown += user.enabled() && password == null ? 1 : 0;
            JsonNode known = clients.get(user.name());
            if (password == null || known != null && !isOurs(known)) {
                continue;
            }
            wanted.add(user.name());
            ArrayNode rights = acls(users.rights(user.name()));
            JsonNode role = roles.get(ROLE + user.name());
            if (role == null) {
                later.add(command("createRole")
                        .put("rolename", ROLE + user.name())
                        .set("acls", rights));
            } else if (!same(rights, role.path("acls"))) {
                commands.add(command("modifyRole")
                        .put("rolename", ROLE + user.name())
                        .set("acls", rights));
            }
            String mark = markOf(user);
            if (known != null && !known.path("textdescription").asText().equals(mark)) {
                commands.add(command("deleteClient").put("username", user.name()));
                known = null;
            }
            if (known == null) {
                later.add(client(user.name(), password, mark));
            }
        }
        tell(unknown);
        List<ObjectNode> gone = new ArrayList<>();
        clients.forEach((name, client) -> {
            if (isOurs(client) && !wanted.contains(name)) {
                gone.add(command("deleteClient").put("username", name));
            }
        });
        for (String role : roles.keySet()) {
            if (role.startsWith(ROLE) && !wanted.contains(role.substring(ROLE.length()))) {
                gone.add(command("deleteRole").put("rolename", role));
            }
        }
        gone.addAll(commands);
        gone.addAll(later);
        return batches(gone);
    }

    /** @throws IOException when the broker does not answer, or refuses one of the commands; the rest of them have been carried out */
    public void send(@Body List<ObjectNode> commands) throws IOException {
        for (JsonNode answer : control.ask(commands)) {
            if (answer.hasNonNull("error")) {
                throw new IOException(
                        "Mosquitto refuses " + answer.path("command").asText() + ": "
                                + answer.path("error").asText());
            }
        }
    }

    private Map<String, JsonNode> named(String command, String list, String key) throws IOException {
        ObjectNode question =
                command(command).put("verbose", true).put("count", -1).put("offset", 0);
        JsonNode answer = control.ask(List.of(question)).get(0);
        if (answer.hasNonNull("error")) {
            throw new IOException(
                    "Mosquitto refuses " + command + ": " + answer.path("error").asText());
        }
        Map<String, JsonNode> named = new HashMap<>();
        answer.path("data").path(list).forEach(each -> named.put(each.path(key).asText(), each));
        return named;
    }

    private static boolean isOurs(JsonNode client) {
        return client.path("textname").asText().equals(MARK);
    }

    /** Tells one password from the next, and nothing of it. */
    private static String markOf(MqttUser user) {
        String hash = HexFormat.of().formatHex(user.passwordSha256());
        return HexFormat.of().formatHex(Credentials.sha256(hash), 0, 8);
    }

    private static ObjectNode client(String name, String password, String mark) {
        ObjectNode client = command("createClient")
                .put("username", name)
                .put("password", password)
                .put("textname", MARK)
                .put("textdescription", mark);
        client.putArray("roles").addObject().put("rolename", ROLE + name);
        return client;
    }

    /** Newer versions of the broker read a percent sign as the start of a variable: what has one is left out. */
    private static ArrayNode acls(TopicRights rights) {
        ArrayNode acls = JSON.createArrayNode();
        for (String filter : rights.publishFilters()) {
            allow(acls, "publishClientSend", filter);
        }
        for (String filter : rights.subscribeFilters()) {
            allow(acls, "subscribePattern", filter);
            allow(acls, "publishClientReceive", filter);
        }
        return acls;
    }

    private static void allow(ArrayNode acls, String type, String filter) {
        if (filter.indexOf('%') < 0) {
            acls.addObject()
                    .put("acltype", type)
                    .put("topic", filter)
                    .put("priority", 0)
                    .put("allow", true);
        }
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return lines(one).equals(lines(other));
    }

    private static Set<String> lines(JsonNode acls) {
        Set<String> lines = new TreeSet<>();
        acls.forEach(acl -> lines.add(acl.path("acltype").asText()
                + ' '
                + acl.path("topic").asText()
                + ' '
                + acl.path("allow").asBoolean()));
        return lines;
    }

    private static ObjectNode command(String name) {
        return JSON.createObjectNode().put("command", name);
    }

    private static List<List<ObjectNode>> batches(List<ObjectNode> commands) {
        List<List<ObjectNode>> batches = new ArrayList<>();
        for (int i = 0; i < commands.size(); i += BATCH) {
            batches.add(commands.subList(i, Math.min(i + BATCH, commands.size())));
        }
        return batches;
    }

    private synchronized void tell(int unknown) {
        if (unknown != told && unknown > 0) {
            LOG.warn(
                    "{} MQTT user(s) cannot log in to Mosquitto: their passwords were made without caravan.mqtt.credentials-key. Give"
                            + " them new ones",
                    unknown);
        }
        told = unknown;
    }
}
