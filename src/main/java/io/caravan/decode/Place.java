package io.caravan.decode;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A place in a payload of which a dialect of the registry says something, in a tree of all of them: so a payload is read in
 * one pass, however many paths there are. Built by {@link RulesBuilder}; not changed afterwards, and so thread-safe.
 */
final class Place {

    /** What stands at a place, when it is no value. */
    enum Role {
        DEVICE,
        TENANT,
        SITE,
        ZONE,
        DEVICE_TYPE,
        EVENT_TYPE,
        TIMESTAMP,
        SEQUENCE,
        /** What the names of the metrics begin with. */
        METRIC,
        /** What tells whether the device is there. */
        STATUS,
        /** The unit of other places. */
        UNIT,
        /** What the device itself says of the values around. */
        QUALITY,
        IGNORED;

        /** The key of the registry by which it is declared. */
        String key() {
            return this == IGNORED ? "ignore" : this == UNIT ? "units" : name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<String, Place> members = new HashMap<>();
    private final Map<Integer, Place> elements = new HashMap<>();
    private Place any;

    /** Null where there may be values below. */
    Role role;
    /** The path by which the role is declared, for people. */
    String declared;
    /** What the name by which a member is here tells, whatever its value is; null where that is nothing. */
    Role roleOfName;
    /** Of a role that has several parts, which of them the value is, and which the name. */
    int part;

    int partOfName;
    /** What stands for no value of that metric; null for what does so everywhere. */
    Missing missing;
    /** Of {@link Role#QUALITY}, what is said there stands for. */
    OwnQuality quality;
    /** The metric that begins here; empty where the names below are metrics; null where none begins. */
    String metric;
    /** What numbers of that metric stand for. */
    Scale scale = Scale.NONE;
    /** Of {@link Role#UNIT}, which of the units of the rules; of others, which unit values here have; -1 for none. */
    int unit = -1;
    /** What a text here holds, where the tree is that of {@link Contents}. */
    Contents.Content content;
    /** Whether what the device says of values below, as their quality, is of these alone. */
    boolean judged;
    /** Whether it is a member of an object of rows, and no row: what is said of each of these is not said of it. */
    boolean noRow;

    /** What is said of a member, or null. */
    Place member(String name) {
        Place child = members.get(name);
        return child != null ? child : any;
    }

    /** What is said of an element, or null. */
    Place element(int index) {
        Place child = elements.get(index);
        return child != null ? child : any;
    }

    /** Whether nothing is said of what lies below. */
    boolean isLeaf() {
        return members.isEmpty() && elements.isEmpty() && any == null;
    }

    /** Whether a metric begins here or below. */
    boolean leadsTo(String name) {
        return name.equals(metric)
                || any != null && any.leadsTo(name)
                || members.values().stream().anyMatch(child -> child.leadsTo(name))
                || elements.values().stream().anyMatch(child -> child.leadsTo(name));
    }

    /** Whether any metric does. */
    boolean leadsToMetric() {
        return metric != null
                || any != null && any.leadsToMetric()
                || members.values().stream().anyMatch(Place::leadsToMetric)
                || elements.values().stream().anyMatch(Place::leadsToMetric);
    }

    /** The place at the end of a path, made where it is missing. */
    Place at(JsonPath path) {
        return at(path.steps());
    }

    /** The place of whatever the last wildcard before the end of a path stands for; this one where there is none. */
    Place around(JsonPath path) {
        int wildcard =
                path.steps().subList(0, Math.max(0, path.steps().size() - 1)).lastIndexOf(JsonPath.Wildcard.ANY);
        return at(path.steps().subList(0, wildcard + 1));
    }

    /** The place to which steps lead, made where it is missing. */
    Place at(List<JsonPath.Step> steps) {
        Place place = this;
        for (JsonPath.Step step : steps) {
            if (step instanceof JsonPath.Name name) {
                place = place.members.computeIfAbsent(name.name(), missing -> new Place());
            } else if (step instanceof JsonPath.Index index) {
                place = place.elements.computeIfAbsent(index.index(), missing -> new Place());
            } else {
                place.any = place.any == null ? new Place() : place.any;
                place = place.any;
            }
        }
        return place;
    }

    /** Has what stands at a path below mean something. What means something already it refuses with an IllegalArgumentException. */
    void give(JsonPath path, Role meaning) {
        give(path, meaning, 0);
    }

    /** The same of one part of what has several. */
    void give(JsonPath path, Role meaning, int number) {
        Place place = at(path);
        boolean taken = path.isName()
                ? place.roleOfName != null
                : place.role != null || place.metric != null || place.unit >= 0;
        if (taken) {
            throw new IllegalArgumentException(path + " is taken by " + place.keyOf(path.isName()) + " already");
        }
        if (!path.isName()) {
            place.role = meaning;
            place.declared = path.toString();
            place.part = number;
        } else if (meaning == Role.DEVICE || meaning == Role.METRIC) {
            place.roleOfName = meaning;
            place.partOfName = number;
        } else {
            throw new IllegalArgumentException(
                    path + ", the name of a row, tells its device or metric, and nothing else");
        }
    }

    /** The key of the registry that has said what this place, or the name of it, means. */
    private String keyOf(boolean name) {
        Role meaning = name ? roleOfName : role;
        if (meaning == Role.IGNORED) {
            return "ignore or rows";
        }
        return meaning != null
                ? meaning.key()
                : metric == null ? "units" : metric.isEmpty() ? "values" : "values/" + metric;
    }

    /** Has a metric begin at a path below, or metrics where its name is empty. */
    void begin(JsonPath path, String name, Scale meant, Missing none) {
        Place place = at(path);
        if (place.role != null || place.metric != null) {
            throw new IllegalArgumentException(path + " is taken by " + place.keyOf(false) + " already");
        }
        place.metric = name;
        place.scale = meant;
        place.missing = none;
    }

    /** Has values at a path below have one of the units. */
    void measure(JsonPath path, int inUnit) {
        Place place = at(path);
        if (place.role != null || place.unit >= 0) {
            throw new IllegalArgumentException(path + " is taken by " + place.keyOf(false) + " already");
        }
        place.unit = inUnit;
    }

    /** Lets what a wildcard says hold for the places beside it as well, where those say nothing else. */
    void spread() {
        if (any != null) {
            members.values().stream().filter(child -> !child.noRow).forEach(child -> child.take(any));
            elements.values().forEach(child -> child.take(any));
            any.spread();
        }
        members.values().forEach(Place::spread);
        elements.values().forEach(Place::spread);
    }

    private void take(Place other) {
        if (role == null && metric == null && (other.role == null || isLeaf())) {
            role = other.role;
            declared = other.declared;
            part = other.part;
            quality = other.quality;
            missing = other.missing;
            metric = other.metric;
            scale = other.scale;
            unit = unit < 0 ? other.unit : unit;
        }
        content = content == null ? other.content : content;
        judged |= other.judged;
        if (roleOfName == null) {
            roleOfName = other.roleOfName;
            partOfName = other.partOfName;
        }
        other.members.forEach((name, child) ->
                members.computeIfAbsent(name, missing -> new Place()).take(child));
        other.elements.forEach((index, child) ->
                elements.computeIfAbsent(index, missing -> new Place()).take(child));
        if (other.any != null) {
            any = any == null ? new Place() : any;
            any.take(other.any);
        }
    }
}
