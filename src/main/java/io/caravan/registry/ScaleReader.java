package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.IntegerType;
import io.caravan.decode.Scale;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** Reads what numbers of a device stand for. Stateless. */
final class ScaleReader {

    private ScaleReader() {}

    static Scale read(JsonNode value, JsonPointer here, List<String> problems) {
        BigDecimal factor = value.path("scale").isNumber() ? value.path("scale").decimalValue() : BigDecimal.ONE;
        if (!Scale.isFactor(factor)) {
            problems.add(Problem.at(here.appendProperty("scale"), "must be from 1e-15 to 1e15, or the same below 0"));
        }
        IntegerType integer = value.has("integer")
                ? IntegerType.valueOf(value.path("integer").asText().toUpperCase(Locale.ROOT))
                : null;
        BigDecimal offset = value.path("offset").decimalValue();
        return integer == null && factor.compareTo(BigDecimal.ONE) == 0 && offset.signum() == 0
                ? Scale.NONE
                : new Scale(integer, factor, offset);
    }
}
