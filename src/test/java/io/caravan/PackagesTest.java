package io.caravan;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class PackagesTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.caravan");

    @Test
    void noTwoPackagesNeedEachOther() {
        slices().matching("io.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void whatRunsInProductionNeedsNothingOfTheDemoAndTheBench() {
        String[] play = {"io.caravan.embedded..", "io.caravan.simulator..", "io.caravan.bench.."};
        noClasses()
                .that()
                .resideOutsideOfPackages("io.caravan", play[0], play[1], play[2])
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(play)
                .check(MAIN);
    }
}
