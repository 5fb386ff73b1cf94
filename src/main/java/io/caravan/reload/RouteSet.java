package io.caravan.reload;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The routes of some files, and for each of them all that it is made of: its own text, its route configuration, and what else
 * its file declares. Two routes whose ingredients are equal do the same. Immutable.
 */
final class RouteSet {

    private final SortedMap<String, String> texts;
    private final Map<String, Object> ingredients = new HashMap<>();
    private final Map<String, Object> configurations = new HashMap<>();
    private final Map<String, Object> rests = new HashMap<>();
    private final Map<String, Object> templates = new HashMap<>();

    /** @throws RuntimeException when a text is no YAML, or {@link RouteCheck} finds a mistake */
    RouteSet(SortedMap<String, String> texts) {
        this.texts = new TreeMap<>(texts);
        Map<String, List<Map<?, ?>>> items = new TreeMap<>();
        this.texts.forEach((file, text) -> items.put(file, parse(file, text)));
        items.values().forEach(file -> file.forEach(this::collectConfiguration));
        RouteCheck.check(this.texts, items, configurations);
        items.forEach(this::collect);
    }

    private static List<Map<?, ?>> parse(String file, String text) {
        List<Map<?, ?>> items = new ArrayList<>();
        LoadSettings settings = LoadSettings.builder().setLabel(file).build();
        if (!(new Load(settings).loadFromString(text) instanceof List<?> list)) {
            throw new RouteMistake(file, 1, "a file of routes is a list, of items such as - route:");
        }
        for (Object element : list) {
            if (element instanceof Map<?, ?> item) {
                items.add(item);
            }
        }
        return items;
    }

    private void collect(String file, List<Map<?, ?>> items) {
        List<Map<?, ?>> others = new ArrayList<>(items);
        others.removeIf(item -> item.containsKey("route")
                || item.containsKey("routeConfiguration")
                || item.containsKey("routeTemplate"));
        boolean served = others.stream().anyMatch(item -> item.containsKey("rest"));
        // Camel merges the routes of a file that declares endpoints into those: they can only be replaced together.
        List<Object> whole = new ArrayList<>(List.of(file, items));
        items.forEach(item -> whole.add(configurationOf(item)));
        for (Map<?, ?> item : items) {
            if (item.get("rest") instanceof Map<?, ?> rest) {
                rests.put(String.valueOf(rest.get("id")), whole);
            }
            if (item.get("routeTemplate") instanceof Map<?, ?> template) {
                templates.put(
                        String.valueOf(template.get("id")),
                        List.of(template, configurationOf(template))); // of the route in it
            }
            if (item.get("route") instanceof Map<?, ?> route) {
                ingredients.put(
                        String.valueOf(route.get("id")),
                        served ? whole : List.of(file, route, others, configurationOf(item)));
            }
        }
    }

    private Object configurationOf(Map<?, ?> item) {
        return item.get("route") instanceof Map<?, ?> route
                ? configurations.getOrDefault(String.valueOf(route.get("routeConfigurationId")), "")
                : "";
    }

    private void collectConfiguration(Map<?, ?> item) {
        if (item.get("routeConfiguration") instanceof Map<?, ?> configuration) {
            configurations.put(String.valueOf(configuration.get("id")), configuration);
        }
    }

    SortedMap<String, String> texts() {
        return texts;
    }

    /** The routes of this set that the other has not, or has otherwise. */
    Set<String> routesNotIn(RouteSet other) {
        return notIn(ingredients, other.ingredients);
    }

    /** The route configurations of this set that the other has not, or has otherwise. */
    Set<String> configurationsNotIn(RouteSet other) {
        return notIn(configurations, other.configurations);
    }

    /** The endpoints of REST that files declare which are not the same in the other. */
    Set<String> restsNotIn(RouteSet other) {
        return notIn(rests, other.rests);
    }

    /** The route templates of this set that the other has not, or has otherwise. */
    Set<String> templatesNotIn(RouteSet other) {
        return notIn(templates, other.templates);
    }

    private static Set<String> notIn(Map<String, Object> these, Map<String, Object> those) {
        Set<String> ids = new TreeSet<>(these.keySet());
        ids.removeIf(id -> these.get(id).equals(those.get(id)));
        return ids;
    }
}
