package io.caravan.reload;

import io.caravan.settings.RouteFiles;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Finds what Camel lets pass and routes fail by later: a route configuration that is not there, which leaves a route without any
 * handling of errors; a {@code direct:} endpoint that no route reads, or more than one; a route without an id; a file without
 * routes.
 */
public final class RouteCheck {

    private static final String DIRECT = "direct:";
    /** Neither several at once, nor a pattern, nor a placeholder. */
    private static final Pattern NAME = Pattern.compile("[\\w.-]+");

    private final SortedMap<String, String> texts;
    private final Map<String, String> consumers = new TreeMap<>();

    private RouteCheck(SortedMap<String, String> texts) {
        this.texts = texts;
    }

    /**
     * Looks at route files as they are now.
     *
     * @throws UserError naming file and line of a mistake
     */
    public static void require(RouteFiles files) throws IOException {
        SortedMap<String, String> texts = files.read();
        try {
            new RouteSet(texts);
        } catch (RuntimeException e) {
            throw new UserError(Refusal.of(e, texts), e);
        }
    }

    /**
     * @param items of each file
     * @param configurations by their ids
     * @throws RouteMistake when there is one
     */
    static void check(
            SortedMap<String, String> texts, Map<String, List<Map<?, ?>>> items, Map<String, Object> configurations) {
        RouteCheck check = new RouteCheck(texts);
        items.forEach((file, itemsOfFile) -> check.routes(file, itemsOfFile, configurations));
        items.forEach((file, itemsOfFile) -> itemsOfFile.forEach(item -> check.producers(file, item)));
    }

    private void routes(String file, List<Map<?, ?>> items, Map<String, Object> configurations) {
        int number = 0;
        for (Map<?, ?> item : items) {
            if (!(item.get("route") instanceof Map<?, ?> route)) {
                continue;
            }
            int start = Refusal.lineWith(texts.get(file), "route:", ++number);
            if (!(route.get("id") instanceof String id)) {
                throw new RouteMistake(file, start, "a route has no id");
            }
            if (route.get("routeConfigurationId") instanceof String configuration
                    && NAME.matcher(configuration).matches()
                    && !configurations.containsKey(configuration)) {
                throw mistake(file, start, configuration, "there is no route configuration " + configuration);
            }
            String read = direct(route.get("from"));
            String other = read.isEmpty() ? null : consumers.put(read, id);
            if (other != null) {
                throw mistake(
                        file,
                        start,
                        DIRECT + read,
                        "the routes " + other + " and " + id + " both read " + DIRECT + read);
            }
        }
    }

    private void producers(String file, Object node) {
        if (node instanceof List<?> list) {
            list.forEach(element -> producers(file, element));
        } else if (node instanceof Map<?, ?> map) {
            String written = direct(map.get("to"));
            if (!written.isEmpty() && !consumers.containsKey(written)) {
                throw mistake(file, 1, DIRECT + written, "no route reads " + DIRECT + written);
            }
            map.values().forEach(value -> producers(file, value));
        }
    }

    /** The name of a {@code direct:} endpoint; empty where it is another one, or has options or placeholders. */
    private static String direct(Object endpoint) {
        Object uri = endpoint instanceof Map<?, ?> map ? map.get("uri") : endpoint;
        return uri instanceof String text
                        && text.startsWith(DIRECT)
                        && NAME.matcher(text.substring(DIRECT.length())).matches()
                ? text.substring(DIRECT.length())
                : "";
    }

    /** At the first line from a start on that ends with the words. */
    private RouteMistake mistake(String file, int start, String words, String what) {
        List<String> lines = texts.get(file).lines().toList();
        for (int i = Math.max(1, start); i <= lines.size(); i++) {
            if (lines.get(i - 1).stripTrailing().endsWith(words)) {
                return new RouteMistake(file, i, what);
            }
        }
        return new RouteMistake(file, start, what);
    }
}
