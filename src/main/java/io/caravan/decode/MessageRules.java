package io.caravan.decode;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.TopicTemplate.Variable;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How the messages of one topic of a dialect are read that the registry declares: where in topic and payload device, time
 * and values stand. Built once; immutable afterwards, and so thread-safe.
 */
public final class MessageRules {

    /** Texts that say that a device is gone, where no others are declared. */
    public static final Set<String> OFFLINE = Set.of("offline", "disconnected", "unavailable", "lost", "false", "0");

    final TopicTemplate topic;
    final boolean read;
    final Place root = new Place();
    final ValuePaths values = new ValuePaths();
    /** All that lead to something, for people who look for the one that is wrong. */
    final List<DeclaredPath> paths = new ArrayList<>();
    /** Which columns the registry names of what stands at a path. */
    final Map<JsonPath, Set<String>> columns = new LinkedHashMap<>(0);
    /** What texts of the payload hold. */
    final Contents contents = new Contents();

    /** Of these, the ones in which rows stand, and the others: they are read before a message is taken apart, and after. */
    final Contents aroundRows = new Contents();

    final Contents inRows = new Contents();
    /** What payloads are; null where they are JSON. */
    PayloadFormat format;
    /** Whether texts may be what is true and false in JSON. */
    boolean hasWords;

    final Map<String, String> typeByMetric = new LinkedHashMap<>();
    final Map<Variable, String> always = new EnumMap<>(Variable.class);
    final Map<String, Double> numbers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    final List<Map<String, String>> unitNames = new ArrayList<>();
    /** The names of metrics that the rest of an object may have as well; none where no such rest is read. */
    final Set<String> contested = new HashSet<>(0);

    ZoneId zone = ZoneOffset.UTC;
    Set<String> offline = OFFLINE;
    /** What stands for no value, wherever it is. */
    Missing missing = Missing.NONE;
    /** Of which form times are; null for those that are read anyhow. */
    TimeForm times;
    /** The same, for people who look for what is wrong with it; null where it is of another form. */
    TimeSince epoch;
    /** Of how many places a time is put together. */
    int timeParts = 1;
    /** Of what the device's id is put together; null where it stands in one place. */
    IdTemplate id;

    String deviceType;
    String eventType = "telemetry";
    boolean text;
    boolean decimalComma;
    boolean ignoresEmpty;
    boolean hasStatus;
    boolean namesMetric;
    /** Where a message holds several, each to be read alone; null where a message is one. */
    JsonPath rows;
    /** Which members of an object of rows are none; null where a message is one. */
    RowMembers members;
    /** How rows are read that stand elsewhere in the same messages. */
    final List<MessageRules> also = new ArrayList<>(0);
    /** How each of these is read, where the message has values of its own beside them; null where they are all that it has. */
    MessageRules ofRow;

    /** Where the rest of the values stand that have no names of their own, and where metrics are named, for people; null for nowhere. */
    String rest;

    String metric;
    /** Where the payload names the device, for people; null where it does not. */
    String device;

    String deviceField = "device_id";
    String tenantField = "tenant_id";

    MessageRules(TopicTemplate topic, boolean read) {
        this.topic = topic;
        this.read = read;
    }

    /** The topics that are read so. */
    public TopicTemplate topic() {
        return topic;
    }

    /** Whether its messages are taken in at all. */
    public boolean isRead() {
        return read;
    }

    /** Whether its messages are what a device reports on itself. */
    public boolean isStatus() {
        return eventType.equals("status");
    }

    /** Whether its messages are taken apart. */
    public boolean hasRows() {
        return rows != null;
    }

    /** The tenant of all its messages, or null. */
    public String tenant() {
        return always.get(Variable.TENANT);
    }

    /** Messages have rows elsewhere, too, which are read by these rules. To be told before any message is read. */
    public void also(MessageRules ofOthers) {
        also.add(ofOthers);
    }

    /** What a topic of these names, and what is said of all of them; null for a topic that is none of these. */
    public Map<Variable, String> named(String topicName) {
        Map<Variable, String> named = topic.match(topicName);
        if (named != null) {
            named.putAll(always);
        }
        return named;
    }

    /** The paths, of a message and of rows beside its values, that lead nowhere in a payload. */
    public List<DeclaredPath> pathsMissingIn(JsonNode payload) {
        List<DeclaredPath> missing = new ArrayList<>(leadNowhere(payload));
        for (MessageRules others : also) {
            List<DeclaredPath> there = others.leadNowhere(payload);
            missing.removeIf(path -> !path.isToRows() && there.stream().noneMatch(path::isWrittenAs));
            there.stream().filter(DeclaredPath::isToRows).forEach(missing::add);
        }
        if (ofRow == null && missing.stream().filter(DeclaredPath::isToRows).count() > also.size()) {
            missing.removeIf(path -> path.path().isOfRow(rows)); // where there are no rows, nothing else is wrong
        }
        if (ofRow != null) {
            boolean hasRows = rows.astray(payload) == null;
            ofRow.leadNowhere(payload).stream()
                    .filter(path -> hasRows || path.key().equals("values"))
                    .filter(path -> missing.stream().noneMatch(path::isWrittenAs))
                    .forEach(missing::add);
        }
        return missing;
    }

    /** The columns that the registry names and no row of a payload has, by where they should be. */
    public Map<String, List<String>> columnsMissingIn(JsonNode payload) {
        Map<String, List<String>> missing = new LinkedHashMap<>();
        columns.forEach((path, names) -> {
            List<JsonNode> tables = path.in(payload);
            List<String> absent = names.stream()
                    .filter(name -> tables.stream()
                            .noneMatch(table -> !table.findPath(name).isMissingNode()))
                    .sorted()
                    .toList();
            if (!tables.isEmpty() && !absent.isEmpty()) {
                missing.put(path.toString(), absent);
            }
        });
        return missing;
    }

    /**
     * Why the unit of times may be wrong, by the first time in a payload; null where it may be right.
     *
     * @param now microseconds since the epoch
     */
    public String doubtOfUnit(JsonNode payload, long now) {
        return paths.stream()
                .filter(declared -> epoch != null && declared.key().equals("timestamp"))
                .flatMap(declared -> declared.path().in(payload).stream())
                .filter(JsonNode::isValueNode)
                .map(JsonNode::asText)
                .findFirst()
                .map(text -> epoch.doubt(decimalComma ? text.replace(',', '.') : text, now))
                .orElse(null);
    }

    /** What looks like rows in a payload; of rules that have none. */
    public LikelyRows likelyRowsIn(JsonNode payload) {
        return new LikelyRows(root, payload);
    }

    /** Whether the registry says where the values stand. */
    public boolean hasValues() {
        return !values.isEmpty();
    }

    private List<DeclaredPath> leadNowhere(JsonNode payload) {
        return paths.stream()
                .filter(declared -> declared.path().astray(payload) != null)
                .toList();
    }

    /** The name of the member of the payload that holds the device's id. */
    public String deviceField() {
        return deviceField;
    }

    /** The name of the member of the payload that holds the tenant. */
    public String tenantField() {
        return tenantField;
    }
}
