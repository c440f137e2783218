import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    kotlin("jvm") version "2.4.20"
    application
}

repositories {
    mavenCentral()
}

dependencies {
    implementation("com.google.code.gson:gson:2.13.2") // Java has no JSON of its own
    testImplementation(kotlin("test"))
    testImplementation("org.junit.jupiter:junit-jupiter-api:5.14.1")
    testRuntimeOnly("org.junit.platform:junit-platform-launcher") // the one in Gradle 8 is too old for this JUnit
}

// For Java 17, by whichever newer one is installed.
java {
    sourceCompatibility = JavaVersion.VERSION_17
    targetCompatibility = JavaVersion.VERSION_17
}

kotlin {
    compilerOptions {
        jvmTarget = JvmTarget.JVM_17
        allWarningsAsErrors = true
    }
}

application {
    mainClass = "com.example.revento.AppKt"
}

tasks.test {
    useJUnitPlatform()
    outputs.upToDateWhen { false } // run again for each sandbox
}

// One file to run and to deploy: the classes and their libraries.
tasks.jar {
    archiveFileName = "revento-integration.jar"
    manifest { attributes("Main-Class" to application.mainClass) }
    from(configurations.runtimeClasspath.map { files -> files.map { zipTree(it) } })
    exclude("META-INF/MANIFEST.MF", "META-INF/versions/*/module-info.class", "module-info.class")
    duplicatesStrategy = DuplicatesStrategy.EXCLUDE
}
