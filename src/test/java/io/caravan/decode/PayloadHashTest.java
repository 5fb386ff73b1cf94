package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PayloadHashTest {

    /** Stored rows are identified by these numbers: another hash would store every redelivery of an old message twice. */
    @Test
    void theNumbersNeverChange() {
        assertThat(PayloadHash.of(new byte[0])).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(PayloadHash.of("abc".getBytes(UTF_8))).isEqualTo(0x44BC2CF5AD770999L);
        assertThat(PayloadHash.mix(0, 0)).isEqualTo(0xE220A8397B1DCDAFL);
        assertThat(PayloadHash.mix(0, 1)).isEqualTo(0xE220A8397B1DCDB0L);
    }

    @Test
    void readingsOfAMessageAndOfItsNeighboursDiffer() {
        Set<Long> sequences = new HashSet<>();
        for (int message = 0; message < 1_000; message++) {
            for (int reading = 0; reading < 50; reading++) {
                sequences.add(PayloadHash.mix(message, reading));
            }
        }
        assertThat(sequences).hasSize(50_000);
    }
}
