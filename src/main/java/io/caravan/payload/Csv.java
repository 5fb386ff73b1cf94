package io.caravan.payload;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Delimited text (RFC 4180): an array of rows, each an object of its columns. Values are texts, empty ones null. Columns have the names
 * that are declared, else those of the first line. Thread-safe.
 */
public final class Csv implements PayloadFormat {

    private static final CsvMapper MAPPER =
            CsvMapper.builder().enable(CsvParser.Feature.TRIM_SPACES).build();

    private final CsvSchema schema;
    private final char separator;
    private final List<String> columns;
    /** As JSON; null where the first line has them. */
    private final List<byte[]> declared;

    /** @param columns the names of the columns, empty for one that is passed over; none where the first line has them */
    public Csv(char separator, List<String> columns) {
        this.separator = separator;
        this.columns = List.copyOf(columns);
        this.declared = columns.isEmpty() ? null : quoted(columns);
        this.schema = CsvSchema.emptySchema().withColumnSeparator(separator);
    }

    @Override
    public boolean hasWords() {
        return true;
    }

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        json.beginArray();
        try (CsvParser parser = MAPPER.getFactory().createParser(PlainText.of(payload))) {
            parser.setSchema(schema);
            List<byte[]> names = declared;
            while (parser.nextToken() == JsonToken.START_ARRAY) {
                List<String> values = row(parser);
                if (values.stream().allMatch(String::isBlank)) {
                    continue;
                }
                if (names == null) {
                    requireDistinct(values);
                    names = quoted(values);
                } else {
                    write(names, values, json);
                }
            }
        } catch (IOException e) {
            throw PlainText.malformed("no CSV: " + Text.printable(firstLine(e.getMessage())));
        }
        json.endArray();
    }

    private static List<String> row(CsvParser parser) throws IOException {
        List<String> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(parser.getText());
        }
        return values;
    }

    private void write(List<byte[]> names, List<String> values, JsonText json) throws Undecodable {
        json.beginObject();
        for (int i = 0; i < values.size(); i++) {
            if (i < names.size() && names.get(i).length > 2) {
                json.name(names.get(i));
                json.word(values.get(i));
            } else if (i >= names.size() && !values.get(i).isBlank()) {
                throw PlainText.malformed("a line has " + values.size() + " values, and "
                        + (columns.isEmpty() ? "the first line names " : "\"columns\" of the registry names ")
                        + names.size() + ": is the separator '" + Text.printable(String.valueOf(separator)) + "'?");
            }
        }
        json.endObject();
    }

    private static void requireDistinct(List<String> header) throws Undecodable {
        Set<String> names = new HashSet<>();
        for (String name : header) {
            if (!name.isBlank() && !names.add(name.strip())) {
                throw PlainText.malformed("the first line names " + Text.excerpt(name.strip()) + " twice");
            }
        }
    }

    private static List<byte[]> quoted(List<String> names) {
        return names.stream().map(String::strip).map(JsonText::quoted).toList();
    }

    /** The exception's own words, without what it says of its source. */
    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    @Override
    public Set<String> columns() {
        Set<String> named = new LinkedHashSet<>(columns);
        named.remove("");
        return named;
    }

    @Override
    public boolean hasRows() {
        return true;
    }

    /** A line of values each, behind the line that names the columns where one does. */
    @Override
    public List<byte[]> rows(byte[] payload) throws Undecodable {
        Lines rows = new Lines(payload.length);
        String header = columns.isEmpty() ? null : "";
        for (String line : lines(PlainText.of(payload))) {
            if (line.chars().allMatch(c -> c == separator || Character.isWhitespace(c))) {
                continue;
            }
            if (header == null) {
                header = line + '\n';
            } else {
                rows.add(header, line);
            }
        }
        return rows.all();
    }

    /** The lines, where one may go on behind a line feed in quotes. */
    private List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        boolean quoted = false;
        boolean begins = true;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                boolean doubled = c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"';
                i += doubled ? 1 : 0; // stands for one quote
                quoted = c != '"' || doubled;
                begins = false;
            } else if (c == '\n' || c == '\r') {
                lines.add(text.substring(start, i));
                start = i + 1;
                begins = true;
            } else if (c == '"' && begins) {
                quoted = true;
            } else {
                begins = c == separator || begins && c == ' ';
            }
        }
        lines.add(text.substring(start));
        return lines;
    }
}
