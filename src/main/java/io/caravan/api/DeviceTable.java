package io.caravan.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.caravan.decode.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The devices of a table in CSV (RFC 4180): a line of column names, and a line for each device. An empty cell says nothing;
 * every other is a text as it stands there, also one that a spreadsheet would take for a formula. Used once, by one thread.
 */
final class DeviceTable {

    /** How many devices one table may have. */
    static final int MOST_ROWS = 5_000;

    private static final String TAG = DeviceBody.TAGS + '.';
    private static final Set<String> COLUMNS = Set.of(
            DeviceBody.ID, DeviceBody.LABEL, DeviceBody.TYPE, DeviceBody.SITE, DeviceBody.ZONE, DeviceBody.PARAMETERS);
    private static final ObjectReader READER = CsvMapper.csvBuilder()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
            .build()
            .readerForListOf(String.class);

    private final List<String> columns = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();

    /**
     * A line of the table.
     *
     * @param number from 1, which is that of the names
     * @param id what stands in its column {@code device_id}
     * @param device null where the line is not good
     * @param problem what is wrong with it, null where nothing is
     */
    record Line(long number, String id, ObjectNode device, ApiProblem problem) {}

    /**
     * Reads a table.
     *
     * @throws ApiProblem 400 when it cannot be read as one, has no line or column that is needed, or one that nobody knows
     */
    List<Line> read(byte[] body) {
        try (MappingIterator<List<String>> rows = READER.readValues(text(body))) {
            while (rows.hasNextValue()) {
                long number = line(rows);
                List<String> cells = rows.nextValue();
                if (columns.isEmpty()) {
                    name(cells);
                } else if (lines.size() == MOST_ROWS) {
                    throw ApiProblem.of(413, "The table may have " + MOST_ROWS + " devices");
                } else {
                    lines.add(line(number, cells));
                }
            }
        } catch (JsonProcessingException e) {
            throw ApiProblem.parameter("body", "The body is no CSV (RFC 4180) near line " + location(e));
        } catch (IOException e) {
            throw ApiProblem.parameter("body", "The body is no CSV in UTF-8");
        }
        if (lines.isEmpty()) {
            throw ApiProblem.parameter("body", "The table needs a line of column names, and a line for each device");
        }
        return lines;
    }

    private static String text(byte[] body) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(body))
                .toString();
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private static long line(MappingIterator<List<String>> rows) {
        return rows.getCurrentLocation().getLineNr();
    }

    private static long location(JsonProcessingException e) {
        return e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    }

    private void name(List<String> cells) {
        for (String cell : cells) {
            String column = cell.strip();
            if (!COLUMNS.contains(column) && !(column.startsWith(TAG) && column.length() > TAG.length())) {
                throw ApiProblem.parameter(
                        "body",
                        "There is no column '" + Text.printable(column)
                                + "', only device_id, label, device_type, site_id, zone_id, parameters and tags.<name>");
            }
            if (columns.contains(column)) {
                throw ApiProblem.parameter("body", "There are two columns " + column);
            }
            columns.add(column);
        }
        if (!columns.contains(DeviceBody.ID)) {
            throw ApiProblem.parameter("body", "The table needs a column device_id");
        }
    }

    private Line line(long number, List<String> cells) {
        int place = columns.indexOf(DeviceBody.ID);
        String id = place < cells.size() ? cells.get(place) : "";
        try {
            return new Line(number, id, device(cells), null);
        } catch (ApiProblem e) {
            return new Line(number, id, null, e);
        }
    }

    private ObjectNode device(List<String> cells) {
        if (cells.size() > columns.size()) {
            throw ApiProblem.of(400, "The line has " + cells.size() + " cells for " + columns.size() + " columns");
        }
        ObjectNode device = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < cells.size(); i++) {
            String column = columns.get(i);
            String cell = cells.get(i);
            if (cell.isEmpty()) {
                continue;
            }
            if (column.startsWith(TAG)) {
                device.withObjectProperty(DeviceBody.TAGS).put(column.substring(TAG.length()), cell);
            } else if (column.equals(DeviceBody.PARAMETERS)) {
                device.set(column, Fields.json(cell, column));
            } else {
                device.put(column, cell);
            }
        }
        return DeviceBody.device(DeviceBody.fields(device));
    }
}
