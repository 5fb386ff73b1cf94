package io.caravan;

import java.util.List;

/** Texts that mean something to a database, a spreadsheet, a log, a path or Camel, and are to be texts like any other. */
public final class HostileTexts {

    public static final List<String> ALL = List.of(
            "' OR 1=1 --",
            "'; DROP TABLE devices; --",
            "1) UNION SELECT tenant_id, label FROM devices --",
            "beta' OR tenant_id = 'beta",
            "%27%20OR%20%271%27=%271",
            "=cmd|'/C calc'!A0",
            "=HYPERLINK(\"http://127.0.0.1:1/?\"&A1)",
            "+1+1",
            "-2+3",
            "@SUM(1+1)",
            "${jndi:ldap://127.0.0.1:1/x}",
            "$simple{body}",
            "{{caravan.auth.secret}}",
            ":?tenant",
            "\\'; SELECT 1; --",
            "$$; DROP TABLE devices; $$",
            "..%2f..%2fetc%2fpasswd");

    private HostileTexts() {}
}
