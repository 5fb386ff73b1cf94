package io.caravan.api;

import io.caravan.tenant.Role;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which roles a request needs, by method and path. Reading is for everybody of a tenant, changing for its operators; what
 * differs from that stands here, and an application may do nothing that does not. The first rule that fits counts. Stateless.
 */
public final class AccessRules {

    private static final Set<Role> OPERATORS = EnumSet.of(Role.ADMIN, Role.OPERATOR);
    private static final Set<Role> PEOPLE = EnumSet.of(Role.ADMIN, Role.OPERATOR, Role.VIEWER);
    private static final Set<Role> EVERYBODY = EnumSet.allOf(Role.class);
    private static final Set<Role> ADMINS = EnumSet.of(Role.ADMIN);

    private record Rule(Pattern methods, Pattern path, Set<Role> roles) {

        static Rule of(String methods, String path, Set<Role> roles) {
            return new Rule(Pattern.compile(methods), Pattern.compile(path), roles);
        }

        boolean fits(String method, String request) {
            return methods.matcher(method).matches() && path.matcher(request).matches();
        }
    }

    /** Asked before anybody has signed in. */
    private static final List<Rule> PUBLIC = List.of(
            Rule.of("GET|HEAD", "/api/openapi\\.json", EVERYBODY),
            Rule.of("GET|HEAD", "/api/docs(/.*)?", EVERYBODY),
            Rule.of("POST", "/api/generate-token", EVERYBODY),
            Rule.of("POST", "/api/applications/token", EVERYBODY),
            Rule.of("POST", "/api/provision", EVERYBODY));

    private static final List<Rule> RULES = List.of(
            Rule.of("GET|HEAD", "/api/tenants", ADMINS),
            Rule.of("GET|HEAD", "/api/ledger", PEOPLE), // of all tenants for admins only: LedgerAnswer
            Rule.of("GET|HEAD", "/api/audit", OPERATORS),
            Rule.of("PUT", "/api/limits", ADMINS),
            Rule.of("GET|HEAD", "/api/device-types(/[^/]+)?", EVERYBODY),
            Rule.of("GET|HEAD", "/api/devices(/[^/]+(/latest)?)?", EVERYBODY),
            Rule.of("GET|HEAD", "/api/(readings|events|presence|aggregates|trend-statistics)", EVERYBODY),
            Rule.of("POST", "/api/applications/by-device-types", PEOPLE), // asks, and changes nothing
            Rule.of("GET|HEAD", "/.*", PEOPLE),
            Rule.of(".*", "/.*", OPERATORS));

    private AccessRules() {}

    /** Whether a path belongs to what one signs in for. */
    static boolean isGuarded(String path) {
        return path.equals("/api") || path.startsWith("/api/");
    }

    /** Whether a guarded request needs no token. */
    static boolean isPublic(String method, String path) {
        return PUBLIC.stream().anyMatch(rule -> rule.fits(method, path));
    }

    /** The roles that may make a request that is not public. */
    static Set<Role> rolesFor(String method, String path) {
        return RULES.stream()
                .filter(rule -> rule.fits(method, path))
                .findFirst()
                .map(Rule::roles)
                .orElse(ADMINS);
    }
}
