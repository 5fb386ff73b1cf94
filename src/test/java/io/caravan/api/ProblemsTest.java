package io.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemsTest {

    @Test
    void aProblemKeepsItsStatusAndItsParameter() {
        ApiProblem problem = ApiProblem.parameter("limit", "limit must be small");

        assertThat(ProblemDetails.of(Problems.of(new RuntimeException(problem))))
                .isEqualTo(new ProblemDetails("about:blank", "Bad Request", 400, "limit must be small", "limit"));
    }

    @ParameterizedTest
    @CsvSource({
        "08001, 503",
        "08006, 503",
        "40P01, 503",
        "53300, 503",
        "57P01, 503",
        "57014, 503",
        "42P01, 503",
        "42601, 500",
        "22021, 500"
    })
    void aDatabaseThatIsAwayIsAnotherThingThanAWrongStatement(String state, int status) {
        assertThat(Problems.of(new SQLException("secret", state)).status()).isEqualTo(status);
    }

    @Test
    void aPoolWithoutConnectionsIsADatabaseThatIsAway() {
        assertThat(Problems.of(new SQLTransientConnectionException("no connection"))
                        .status())
                .isEqualTo(503);
    }

    @Test
    void theAnswerHoldsNothingOfTheRequestAndNothingOfTheFailure() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(context);
            exchange.getMessage().setHeader("Cookie", "x");
            exchange.setProperty(Exchange.EXCEPTION_CAUGHT, new SQLException("SELECT secret", "08006"));

            new Problems().answer(exchange);

            assertThat(exchange.getMessage().getHeaders())
                    .containsOnlyKeys(Exchange.HTTP_RESPONSE_CODE, Exchange.CONTENT_TYPE, "Retry-After");
            assertThat(exchange.getMessage().getBody().toString()).doesNotContain("secret");
        }
    }
}
