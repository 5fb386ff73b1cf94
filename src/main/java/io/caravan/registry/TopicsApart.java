package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import io.caravan.decode.MessageRules;
import io.caravan.decode.TopicTemplate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Whether the topics of dialects leave each other room: of several dialects that have a topic the first reads it, and in a
 * dialect the first that fits counts, so one whose topics another has before it would read nothing; and a session with filters that overlap may bring a message twice. Used
 * once, by one thread.
 */
final class TopicsApart {

    private final List<String> problems = new ArrayList<>();

    private TopicsApart() {}

    /**
     * Looks at each dialect, and at all pairs of those that are read.
     *
     * @param place where dialects are declared
     */
    static List<String> problems(Collection<MappedDialect> dialects, JsonPointer place) {
        TopicsApart check = new TopicsApart();
        for (MappedDialect dialect : dialects) {
            check.requireRoom(dialect.rules(), topics(dialect, place));
        }
        check.require(dialects.stream().filter(MappedDialect::enabled).toList(), place);
        return check.problems;
    }

    private void require(List<MappedDialect> enabled, JsonPointer place) {
        for (int i = 0; i < enabled.size(); i++) {
            MappedDialect dialect = enabled.get(i);
            JsonPointer topics = topics(dialect, place);
            requireSeparate(dialect.measurementFilters(), topics);
            requireSeparate(dialect.statusFilters(), topics);
            for (MappedDialect other : enabled.subList(0, i)) {
                requireRoom(dialect, other, topics);
            }
        }
    }

    private static JsonPointer topics(MappedDialect dialect, JsonPointer place) {
        return place.appendProperty(dialect.name()).appendProperty("topics");
    }

    private void requireRoom(List<MessageRules> rules, JsonPointer topics) {
        for (int i = 0; i < rules.size(); i++) {
            TopicTemplate later = rules.get(i).topic();
            rules.subList(0, i).stream()
                    .map(MessageRules::topic)
                    .filter(earlier -> earlier.covers(later))
                    .findFirst()
                    .ifPresent(earlier -> problems.add(Problem.at(
                            topics.appendProperty(later.toString()),
                            "would never be read: all its topics are those of " + earlier
                                    + ", which stands before it. Put it before that one")));
        }
    }

    private void requireSeparate(List<String> filters, JsonPointer topics) {
        for (int i = 0; i < filters.size(); i++) {
            for (String other : filters.subList(0, i)) {
                if (TopicTemplate.parse(filters.get(i)).overlaps(TopicTemplate.parse(other))) {
                    problems.add(Problem.at(
                            topics,
                            "the filters " + other + " and " + filters.get(i)
                                    + " have topics in common, and neither has all of the other's: a broker may deliver"
                                    + " such a message twice"));
                }
            }
        }
    }

    private void requireRoom(MappedDialect dialect, MappedDialect other, JsonPointer topics) {
        for (MessageRules mine : dialect.rules()) {
            for (MessageRules theirs : other.rules()) {
                if (!mine.isRead() || !theirs.isRead() && theirs.topic().overlaps(mine.topic())) {
                    break; // there is something to read, which the other passes over
                }
                if (theirs.isRead() && theirs.topic().covers(mine.topic())) {
                    problems.add(Problem.at(
                            topics.appendProperty(mine.topic().toString()),
                            "would never be read: all its topics are those of " + theirs.topic() + " of the dialect "
                                    + other.name() + ", which stands before it. Put the dialect before that one, or set"
                                    + " \"enabled\": false there"));
                }
            }
        }
    }
}
