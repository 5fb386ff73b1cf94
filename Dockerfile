# Caravan's image: the thin jar, its libraries, and what its users edit. Built from the sources, so that it needs nothing but Docker.
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
RUN mvn -B -Dmaven.test.skip=true -Dspotless.check.skip=true -Dassembly.skipAssembly=true package

FROM eclipse-temurin:17-jre
RUN groupadd --system --gid 10001 caravan && useradd --system --uid 10001 --gid caravan --no-create-home caravan
WORKDIR /opt/caravan
COPY --from=build /src/target/lib target/lib
COPY --from=build /src/target/caravan.jar target/caravan.jar
COPY application.properties LICENSE ./
COPY sql sql
COPY config config
COPY routes routes
USER 10001:10001
EXPOSE 8080 9876
# Nothing is written but temporary files: the root may be read-only, with a tmpfs on /tmp.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-jar", "target/caravan.jar"]
CMD ["run"]
