package io.caravan.decode;

/**
 * A message of a declared dialect as the JSON that paths apply to. Immutable.
 *
 * @param rules those that it is read by: of the list that a row stands in, where a message has several
 */
record MappedPayload(MessageRules rules, JsonPayload json) {

    /** Reads a message, or a row. */
    static MappedPayload of(MessageRules found, RawMessage raw) throws Undecodable {
        return of(found, raw, new Growth());
    }

    private static MappedPayload of(MessageRules found, RawMessage raw, Growth growth) throws Undecodable {
        JsonPayload plain = plain(found, raw);
        MessageRules own = found.also.isEmpty() ? found : RowLists.rulesOf(found, around(found, plain, raw));
        // in a part, what stood around the rows was read before these were found
        Contents held = raw.isPart() ? own.inRows : own.contents;
        return new MappedPayload(own, held.read(plain, raw, growth));
    }

    /** The message with the texts read that hold its rows. */
    static byte[] around(MessageRules found, RawMessage raw) throws Undecodable {
        return around(found, plain(found, raw), raw);
    }

    private static byte[] around(MessageRules found, JsonPayload json, RawMessage raw) throws Undecodable {
        if (raw.isPart()) {
            return json.json(); // was read before it was taken apart
        }
        byte[] around = found.aroundRows.read(json, raw, new Growth()).json();
        for (MessageRules others : found.also) {
            // what was cut off in one list must not keep another from being read: rows do not tell it anyway
            around = others.aroundRows
                    .read(JsonPayload.of(around), raw, new Growth())
                    .json();
        }
        return around;
    }

    private static JsonPayload plain(MessageRules found, RawMessage raw) throws Undecodable {
        if (!isOfFormat(found, raw)) {
            return JsonPayload.of(raw.payload());
        }
        JsonText json = JsonText.of(raw);
        found.format.write(raw.payload(), json);
        return json.payload();
    }

    /** Parts of a payload are JSON already, but for rows of a format that has rows itself. */
    static boolean isOfFormat(MessageRules found, RawMessage raw) {
        return found.format != null && (!raw.isPart() || found.format.hasRows());
    }

    /** Whether something is to be read in rows once a message is taken apart. */
    static boolean isReadInRows(MessageRules found) {
        return !found.inRows.isEmpty()
                || found.ofRow != null && !found.ofRow.inRows.isEmpty()
                || found.also.stream().anyMatch(others -> !others.inRows.isEmpty());
    }

    /**
     * Reads a row to see what is made of it. One that cannot be read costs no other.
     *
     * @throws Undecodable {@link Reason#TOO_LARGE} when that is too much, with what was made of those before
     */
    static void measure(MessageRules found, RawMessage row, Growth growth) throws Undecodable {
        try {
            growth.row(row.payload().length, of(found, row, growth).json().json().length);
        } catch (Undecodable e) {
            if (growth.isExceeded()) {
                throw e;
            }
            if (e.reason() == Reason.TOO_LARGE) {
                growth.row(row.payload().length, JsonText.mostOfRow(row.payload().length));
            }
        }
    }
}
