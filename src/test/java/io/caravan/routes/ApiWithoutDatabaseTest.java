package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.health.Dependency;
import io.caravan.health.Status;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class ApiWithoutDatabaseTest {

    @Test
    void theApiSaysThatItIsUnavailableAndWhenToAskAgain() throws Exception {
        // port 1 is reserved: nothing answers there
        try (ApiServer api = new ApiServer("jdbc:postgresql://127.0.0.1:1/caravan", new Dependency() {
            @Override
            public String name() {
                return "database";
            }

            @Override
            public Status check() {
                return new Status(false, "connection refused");
            }
        })) {
            HttpResponse<String> response = api.get("/api/devices");

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            JsonNode problem = ApiServer.json(response);
            assertThat(problem.get("detail").textValue()).isEqualTo("The database is not available");
            assertThat(api.get("/api/device-types").statusCode()).isEqualTo(200);
            assertThat(api.get("/livez").statusCode()).isEqualTo(200);
            assertThat(api.get("/readyz").statusCode()).isEqualTo(503);
            assertThat(ApiServer.json(api.get("/health")).get("status").textValue())
                    .isEqualTo("DOWN");
        }
    }
}
